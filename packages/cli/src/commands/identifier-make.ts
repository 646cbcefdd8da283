import { randomBytes } from 'node:crypto';
import { formatIdentifier, IdentifierError, randomSerial } from '@lianzheng/identifier';
import type { Command } from '../command.ts';
import { WrongUse } from '../failure.ts';
import { print, printJson } from '../io.ts';
import { flag, option } from '../options.ts';

const OPTION_OF: Readonly<Record<string, string>> = {
  type: '--type',
  issuer: '--issuer',
  serial: '--serial',
  version: '--version',
};

export const identifierMake: Command = {
  positionals: [],
  options: {
    type: option('CODE', '证照类型代码，21 位', 'type code, 21 characters'),
    issuer: option('CODE', '颁发机构代码', 'issuer code'),
    serial: option(
      'TEXT',
      '流水号，[0-9A-Z]，至多 64 位；默认 20 位随机',
      'serial; 20 random characters by default',
    ),
    version: option('NUMBER', '版本号 1 至 999，默认 1', 'version, 1 by default'),
    json: flag('输出 JSON', 'print JSON'),
  },
  examples: ['lz identifier make --type 11440000YH00010011003 --issuer 11440100YH00010299 --serial A1B2C3'],
  async run({ flags, io }) {
    flags.require('type', 'issuer');
    const parts = {
      typeCode: flags.text('type')!,
      issuerCode: flags.text('issuer')!,
      serial: flags.text('serial') ?? randomSerial(randomBytes),
      version: flags.whole('version', 1) ?? 1,
    };
    try {
      const identifier = formatIdentifier(parts);
      if (flags.on('json')) printJson(io, { identifier, ...parts });
      else print(io, identifier);
      return 0;
    } catch (error) {
      if (!(error instanceof IdentifierError)) throw error;
      // The position counts in the whole identifier, which does not exist.
      const why = error.message.replace(/^第\d+位：/, '').replace(/ \/ position \d+: /, ' / ');
      throw new WrongUse(`${OPTION_OF[error.reason] ?? ''} ${why}`.trim());
    }
  },
};
