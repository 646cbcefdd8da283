import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

export interface GuardedSpawn {
  command: string;
  args: readonly string[];
  /** File that takes standard output and standard error, appended to. */
  logFile: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** First signal sent when the parent has died; SIGKILL follows 8 s later. */
  lastSignal?: NodeJS.Signals;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface GuardedProcess {
  pid: number;
  /** Resolves once, when the process has ended. */
  exited: Promise<Exit>;
  /** Undefined while the process runs. */
  exit(): Exit | undefined;
  kill(signal: NodeJS.Signals): void;
  /** Sends `signal` (and wakes a stopped process), then SIGKILL after `graceMs`; resolves when the process has ended. */
  stop(signal: NodeJS.Signals, graceMs?: number): Promise<Exit>;
}

/**
 * Starts a long-running program that never outlives this process, even when this process is killed with SIGKILL.
 * It gets a process group of its own, so that Ctrl-C in a terminal reaches only us and we stop our parts in order.
 * Throws when the program cannot be started at all.
 */
export async function spawnGuarded(options: GuardedSpawn): Promise<GuardedProcess> {
  const child = await spawnLogged(options);
  const pid = child.pid as number;
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  const release = guard(pid, options.lastSignal ?? 'SIGTERM');
  void exited.then(release);

  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return {
    pid,
    exited,
    exit: () => exit,
    kill,
    async stop(signal, graceMs = 8_000) {
      if (exit) return exit;
      kill(signal);
      kill('SIGCONT');
      const timer = setTimeout(kill, graceMs, 'SIGKILL');
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** What a log file has gained since it was `from` bytes long, its end only when that is much; empty when there is no file. */
export async function tailOf(file: string, from = 0, maxBytes = 2_000): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - maxBytes);
    if (start >= size) return '';
    const { buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

function spawnLogged(options: GuardedSpawn): Promise<ChildProcess> {
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    uid: options.uid,
    gid: options.gid,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child));
    child.once('error', reject);
  });
}

/**
 * A shell that waits on a pipe only we hold open: the pipe ends when we die, however we die, and the shell then ends
 * `pid`. It is released (told to leave) as soon as `pid` has ended, so it cannot hit a later process of the same id.
 */
function guard(pid: number, lastSignal: NodeJS.Signals): () => void {
  const script = 'read -r _ && exit; kill -$1 $2; kill -CONT $2; sleep 8; kill -KILL $2';
  const shell = spawn('/bin/sh', ['-c', script, 'guard', lastSignal.slice(3), String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // The pipe must not keep our own event loop alive, and a guard that ended first must not raise EPIPE.
  shell.unref();
  const pipe = shell.stdin as NodeJS.WritableStream & { unref?(): void };
  pipe.unref?.();
  pipe.on('error', () => undefined);
  return () => pipe.end('released\n');
}
