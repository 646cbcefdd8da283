import { processSpec } from './process-spec.ts';
import type { Env, Setting } from './settings.ts';

export type Spec = Readonly<Record<string, Setting<unknown>>>;
export type Config<S extends Spec> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

export interface Problem {
  readonly name: string;
  readonly wrong: string;
  readonly expected: string;
}

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(
      ({ name, wrong, expected }) => `  ${name}: ${wrong}; 应为 expected: ${expected}`,
    );
    super(['配置有误 The configuration is wrong:', ...lines].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Reads each setting of the spec; throws one ConfigError that lists every missing or bad name. */
export function readConfig<S extends Spec>(env: Env, spec: S): Config<S> {
  const problems: Problem[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(spec)) {
    const outcome = setting.read(env);
    if ('wrong' in outcome)
      problems.push({ name: setting.name, wrong: outcome.wrong, expected: setting.expected });
    else config[key] = outcome.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as Config<S>;
}

/** Names read by the runtime itself, wherever a service runs. */
const runtimeNames = ['LZ_TEST', 'LZ_CLOCK_OFFSET_MS', ...Object.values(processSpec).map(({ name }) => name)];

/** One warning for each LZ_ name in the environment that none of the specs knows: probably a slip of the pen. */
export function unknownNames(env: Env, ...specs: readonly Spec[]): string[] {
  const settings = specs.flatMap((spec) => Object.values(spec));
  const known = new Set([
    ...runtimeNames,
    ...settings.flatMap(({ name, alternatives }) => [name, ...alternatives]),
  ]);
  return Object.keys(env)
    .filter((name) => name.startsWith('LZ_') && !known.has(name))
    .sort()
    .map((name) => {
      const near = nearest(name, known);
      const hint = near === undefined ? '' : `; 是否 did you mean ${near}?`;
      return `${name}: 未知的配置项 unknown name${hint}`;
    });
}

/** The lines of a Markdown table of the spec's names, for READMEs and the tests that compare them. */
export function describe(spec: Spec): string[] {
  const rows = Object.values(spec).map((setting) => {
    const need = setting.required
      ? 'required'
      : setting.fallback === undefined
        ? 'optional'
        : `\`${setting.fallback}\``;
    return `| \`${setting.name}\` | ${need} | ${setting.expected} | ${setting.about ?? ''} |`;
  });
  return ['| name | default | form | about |', '|---|---|---|---|', ...rows];
}

function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best !== undefined && best.distance <= 3 ? best.name : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
