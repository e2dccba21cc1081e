import http from 'node:http';
import { listenOn, type ProbeServer } from './probe-server.ts';

/** A request that came. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface OllamaServer extends ProbeServer {
  readonly url: string;
  /** All requests so far. */
  readonly asked: readonly Asked[];
}

/** What Ollama answers to /api/chat when a model said this. */
export const chatAnswer = (content: string): string =>
  JSON.stringify({ model: 'llama3.2', message: { role: 'assistant', content }, done: true });

/** The answer of a model that kept to the form. */
export const findings = (...all: readonly object[]): string => chatAnswer(JSON.stringify({ findings: all }));

/** A server on the loopback that does this with each request, once its body is there. */
export async function ollamaServer(
  serve: (response: http.ServerResponse, asked: Asked) => void,
): Promise<OllamaServer> {
  const asked: Asked[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts) };
      asked.push(one);
      serve(response, one);
    });
  });
  const listening = await listenOn(server);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, asked };
}

/** A server that answers every request with this text. */
export const answering = (text: string, status = 200): Promise<OllamaServer> =>
  ollamaServer((response) => response.writeHead(status, { 'content-type': 'application/json' }).end(text));
