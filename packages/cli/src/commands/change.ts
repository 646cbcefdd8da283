import {
  ChangeLicenceRequest,
  ChangeLicenceResponse,
  type IssuanceServiceService,
  LicenceData,
} from '@lianzheng/proto/issuance/v1/issuance';
import { Operation } from '@lianzheng/proto/log/v1/leaf';
import type { ClientOf } from '@lianzheng/rpc';
import type { Command } from '../command.ts';
import { commandOptions, sendCommand } from '../licence-command.ts';
import { dataFromFlags, dataOptions } from '../licence-flags.ts';
import { mergeRequests, readMessage } from '../message.ts';
import { flag } from '../options.ts';
import { reasonOption } from '../reason-option.ts';

export const change: Command = {
  positionals: [
    {
      name: 'ID',
      words: ['证照标识（当前版本）；可写在 --file 里', 'identifier; may stand in --file'],
      optional: true,
    },
  ],
  options: {
    ...dataOptions,
    'no-end': flag('改为长期有效', 'valid without end from now on'),
    ...reasonOption(Operation.CHANGE),
    ...commandOptions,
  },
  notes: [
    [
      '先取证照现有数据，再以文件和选项中给出的部分覆盖；--holder 给出时替换全部持证主体，--item 逐项覆盖。',
      'Begins with the data as it is; what file and flags say goes over it. --holder replaces all holders, --item one item each.',
    ],
    [
      '证照编号改变时产生新标识，取代原证。',
      'Another licence number makes a new identifier that replaces this one.',
    ],
  ],
  examples: ['lz change ID --item address=云渡市新桥路9号 --reason ITEM_CHANGED --case B-7 --officer w.li'],
  run: (invocation) => {
    const { flags } = invocation;
    const data = dataFromFlags(flags);
    return sendCommand(invocation, {
      request: 'lianzheng.issuance.v1.ChangeLicenceRequest',
      requestCodec: ChangeLicenceRequest,
      responseCodec: ChangeLicenceResponse,
      fields: {
        identifier: flags.argument('ID') || undefined,
        reasonCode: flags.text('reason'),
        data: flags.on('no-end') ? { ...data, validTo: '' } : data,
      },
      async call(client, request, options) {
        const present = await presentData(client, request, options);
        return client.changeLicence({ ...request, data: present }, options);
      },
    });
  },
};

type Client = ClientOf<typeof IssuanceServiceService>;

/** The data as it is, under what the request gives; the reading is logged under the same case and officer. */
async function presentData(
  client: Client,
  { identifier, header, data }: ChangeLicenceRequest,
  options: Parameters<Client['getLicence']>[1],
): Promise<LicenceData> {
  const { caseNumber = '', officer = '' } = header ?? {};
  const { licence } = await client.getLicence({ identifier, caseNumber, officer }, options);
  const name = 'lianzheng.issuance.v1.LicenceData';
  const present = { ...asJson(licence?.data), printedForms: [] };
  return readMessage(name, LicenceData, await mergeRequests(name, present, asJson(data)));
}

function asJson(data: LicenceData | undefined): Record<string, unknown> {
  return data ? (LicenceData.toJSON(data) as Record<string, unknown>) : {};
}
