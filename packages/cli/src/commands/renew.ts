import { RenewLicenceRequest, RenewLicenceResponse } from '@lianzheng/proto/issuance/v1/issuance';
import type { Command } from '../command.ts';
import { commandOptions, sendCommand } from '../licence-command.ts';
import { dataOptions, printedForms } from '../licence-flags.ts';

const { 'valid-from': validFrom, 'valid-to': validTo, form } = dataOptions;

export const renew: Command = {
  positionals: [
    { name: 'ID', words: ['证照标识；可写在 --file 里', 'identifier; may stand in --file'], optional: true },
  ],
  options: { 'valid-from': validFrom!, 'valid-to': validTo!, form: form!, ...commandOptions },
  examples: ['lz renew ID --valid-from 2026-04-01 --valid-to 2031-03-31 --case C-3 --officer w.li'],
  run: (invocation) =>
    sendCommand(invocation, {
      request: 'lianzheng.issuance.v1.RenewLicenceRequest',
      requestCodec: RenewLicenceRequest,
      responseCodec: RenewLicenceResponse,
      fields: {
        identifier: invocation.flags.argument('ID') || undefined,
        validFrom: invocation.flags.text('valid-from'),
        validTo: invocation.flags.text('valid-to'),
        printedForms: printedForms(invocation.flags),
      },
      call: (client, request, options) => client.renewLicence(request, options),
    }),
};
