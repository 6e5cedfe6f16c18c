// An HTTP server on loopback that keeps what it is sent; a judge's own webhook endpoint.
import { once } from "node:events";
import http from "node:http";
import { until } from "./lib.mjs";

export class Listener {
  received = [];
  // Decides the status of each answer.
  answer = () => 200;

  static async open() {
    const self = new Listener();
    self.server = http.createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const one = {
        method: request.method,
        url: self.url + request.url,
        path: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks),
      };
      const status = self.answer(one);
      self.received.push({ ...one, status });
      response.writeHead(status).end();
    });
    self.server.listen(0, "127.0.0.1");
    await once(self.server, "listening");
    self.url = `http://127.0.0.1:${self.server.address().port}`;
    return self;
  }

  // The first request that fits, now or soon.
  wait(what, fits, timeout_ms = 15_000) {
    return until(what, () => this.received.find(fits), timeout_ms);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
