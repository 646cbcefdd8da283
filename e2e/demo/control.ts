import { rmSync } from 'node:fs';
import net from 'node:net';

/** What `scripts/demo cut|heal|stop` asks a running demo to do, over a socket in its folder. */
export type ControlHandlers = {
  cut(city: string): Promise<void>;
  heal(city: string): Promise<void>;
  stop(): Promise<void>;
};

export function serveControl(socket: string, handlers: ControlHandlers): Promise<{ close(): void }> {
  rmSync(socket, { force: true });
  const server = net.createServer((connection) => {
    connection.on('error', () => connection.destroy());
    let text = '';
    connection.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('\n')) return;
      void obey(text.trim(), handlers).then(
        (answer) => connection.end(`ok ${answer}\n`),
        (error) => connection.end(`error ${error instanceof Error ? error.message : String(error)}\n`),
      );
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, () => resolve({ close: () => void server.close() }));
  });
}

async function obey(line: string, handlers: ControlHandlers): Promise<string> {
  const [command, city = ''] = line.split(' ');
  if (command === 'cut') await handlers.cut(city);
  else if (command === 'heal') await handlers.heal(city);
  else if (command === 'stop') await handlers.stop();
  else throw new Error(`unknown command ${command}`);
  return line;
}

/** Sends one line to the running demo. Throws when none is running. */
export function askDemo(socket: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = net.connect(socket);
    let text = '';
    connection.on('error', () => reject(new Error('没有正在运行的演示 no demo is running: ./scripts/demo')));
    connection.on('connect', () => connection.write(`${line}\n`));
    connection.on('data', (chunk) => {
      text += chunk;
    });
    connection.on('end', () => {
      if (text.startsWith('ok ')) resolve(text.slice(3).trim());
      else reject(new Error(text.replace(/^error /, '').trim()));
    });
  });
}

/** Whether a demo answers at this socket. */
export function isRunning(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = net.connect(socket);
    connection.on('error', () => resolve(false));
    connection.on('connect', () => {
      connection.destroy();
      resolve(true);
    });
  });
}
