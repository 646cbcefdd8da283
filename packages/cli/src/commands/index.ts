import type { CommandEntry } from '../command.ts';

/** Every command of `lz`, in the order of the help. Its file is loaded only when it is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'node init',
    words: [
      '建立节点的密钥与证书请求，或装入省级答复',
      "make a node's keys and requests, or install the province's answer",
    ],
    load: async () => (await import('./node-init.ts')).nodeInit,
  },
  {
    name: 'node bundle',
    words: ['在省级登记节点并签发入网包', 'at the province: register a node and make its bundle'],
    load: async () => (await import('./node-bundle.ts')).nodeBundle,
  },
  {
    name: 'node status',
    words: ['节点各服务、自有日志、证书的状况', 'services, own logs and certificates of a node'],
    load: async () => (await import('./node-status.ts')).nodeStatus,
  },
  {
    name: 'links',
    words: ['与各节点的连接：进度、时延、载体、告警', 'links to all nodes: progress, lag, carriers, alarms'],
    load: async () => (await import('./links.ts')).links,
  },
  {
    name: 'alarm acknowledge',
    words: ['确认一个告警已看到；证据保留', 'mark an alarm as seen; its evidence stays'],
    load: async () => (await import('./alarm-acknowledge.ts')).alarmAcknowledge,
  },
  {
    name: 'issue',
    words: ['颁发证照', 'issue a licence'],
    load: async () => (await import('./issue.ts')).issue,
  },
  {
    name: 'change',
    words: ['变更证照', 'change a licence'],
    load: async () => (await import('./change.ts')).change,
  },
  {
    name: 'renew',
    words: ['延续、换发证照', 'renew a licence'],
    load: async () => (await import('./renew.ts')).renew,
  },
  {
    name: 'suspend',
    words: ['暂扣证照', 'suspend a licence'],
    load: async () => (await import('./suspend.ts')).suspend,
  },
  {
    name: 'resume',
    words: ['暂扣发还', 'resume a suspended licence'],
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'cancel',
    words: ['注销证照', 'cancel a licence'],
    load: async () => (await import('./cancel.ts')).cancel,
  },
  {
    name: 'revoke',
    words: ['撤销、吊销、撤回证照', 'annul, revoke or withdraw a licence'],
    load: async () => (await import('./revoke.ts')).revoke,
  },
  {
    name: 'void',
    words: ['作废证照（制作有误）', 'void a licence that was made in error'],
    load: async () => (await import('./void.ts')).voidLicence,
  },
  {
    name: 'import',
    words: ['导入存量证照（CSV 或 JSON Lines）', 'import paper stock from CSV or JSON Lines'],
    load: async () => (await import('./import.ts')).importStock,
  },
  {
    name: 'verify',
    words: ['查验证照', 'verify a licence'],
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    name: 'find',
    words: ['按持证主体查找证照', 'find the licences of a holder'],
    load: async () => (await import('./find.ts')).find,
  },
  {
    name: 'document verify',
    words: ['离线查验 OFD 证照文件', 'check an OFD document, without any node'],
    load: async () => (await import('./document-verify.ts')).documentVerify,
  },
  {
    name: 'log show',
    words: ['查看日志条目', 'show entries of a log'],
    load: async () => (await import('./log-show.ts')).logShow,
  },
  {
    name: 'log prove',
    words: ['取一条的存在证明并验证', 'fetch and verify the inclusion proof of an entry'],
    load: async () => (await import('./log-prove.ts')).logProve,
  },
  {
    name: 'log check',
    words: [
      '核查整个日志：重算根、验签、查检查点链',
      'check a whole log: root, signatures, chain of checkpoints',
    ],
    load: async () => (await import('./log-check.ts')).logCheck,
  },
  {
    name: 'log export',
    words: ['按 C2SP tlog-tiles 布局导出日志', 'export a log in the C2SP tlog-tiles layout'],
    load: async () => (await import('./log-export.ts')).logExport,
  },
  {
    name: 'snapshot save',
    words: ['把一个日志存为快照文件', 'save a log as a snapshot file'],
    load: async () => (await import('./snapshot-save.ts')).snapshotSave,
  },
  {
    name: 'snapshot load',
    words: ['把快照文件交给节点补齐日志', 'offer a snapshot file to a node'],
    load: async () => (await import('./snapshot-load.ts')).snapshotLoad,
  },
  {
    name: 'identifier check',
    words: ['检查证照标识（GB/T 36904）', 'check a licence identifier'],
    load: async () => (await import('./identifier-check.ts')).identifierCheck,
  },
  {
    name: 'identifier make',
    words: ['由各段拼出证照标识并计算校验位', 'make a licence identifier with its check character'],
    load: async () => (await import('./identifier-make.ts')).identifierMake,
  },
  {
    name: 'generate stock',
    words: ['生成虚构的存量证照', 'generate invented paper stock'],
    load: async () => (await import('./generate-stock.ts')).generate,
  },
];
