import { IdentifierError, parseIdentifier } from '@lianzheng/identifier';
import type { Command } from '../command.ts';
import { CheckFailed } from '../failure.ts';
import { print, printJson } from '../io.ts';
import { flag } from '../options.ts';

export const identifierCheck: Command = {
  positionals: [{ name: 'ID', words: ['证照标识 ZZBS', 'licence identifier'] }],
  options: { json: flag('输出 JSON', 'print JSON') },
  examples: ['lz identifier check 1.2.156.3005.2.11440000YH00010011003.11440100YH00010299.A1B2C3.001.X'],
  async run({ flags, io }) {
    const text = flags.argument('ID');
    try {
      const { id, typeCode, issuerCode, serial, version } = parseIdentifier(text);
      if (flags.on('json'))
        printJson(io, { valid: true, identifier: id, typeCode, issuerCode, serial, version });
      else {
        print(io, '有效 / valid');
        print(io, `  证照类型代码 type code      ${typeCode}`);
        print(io, `  颁发机构代码 issuer code    ${issuerCode}`);
        print(io, `  流水号 serial               ${serial}`);
        print(io, `  版本号 version              ${version}`);
      }
      return 0;
    } catch (error) {
      if (!(error instanceof IdentifierError)) throw error;
      const { reason, position, message } = error;
      if (!flags.on('json')) throw new CheckFailed(message);
      printJson(io, { valid: false, reason, position, message });
      return 1;
    }
  },
};
