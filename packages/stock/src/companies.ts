import { pick, type Random } from './random.ts';

const BRAND = [...'霁槿岫澹翎璟皓砚蔚禾沐屿鲲泓菽榆栩彧舜珩'];
const TRADES = [
  '餐饮管理',
  '食品',
  '医疗器械',
  '药业',
  '环保科技',
  '建筑工程',
  '物流',
  '文化传播',
  '印刷',
  '化工',
  '机电设备',
  '农业发展',
  '旅游',
  '教育咨询',
];
const FORMS = ['有限公司', '有限公司', '有限公司', '股份有限公司', '合伙企业（有限合伙）', '（个人独资）厂'];
const ASSOCIATIONS = ['行业协会', '商会', '基金会', '养老服务中心', '志愿者联合会'];

export function companyName(random: Random): string {
  return brand(random) + pick(random, TRADES) + pick(random, FORMS);
}

export function associationName(random: Random): string {
  return brand(random) + pick(random, ASSOCIATIONS);
}

/** Three rare characters, so that hardly any company bears the name. */
function brand(random: Random): string {
  return pick(random, BRAND) + pick(random, BRAND) + pick(random, BRAND);
}
