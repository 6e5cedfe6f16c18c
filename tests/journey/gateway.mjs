// One public address for the four services: a reverse proxy that only looks at the path, as any
// load balancer in front of an installation does. Nothing is rewritten, so signatures over the
// address hold.
import http from "node:http";

const routes = [
  ["/p/", "payments"],
  ["/u/", "payments"],
  ["/callbacks/stripe", "tracking"],
  ["/callbacks/twilio", "messaging"],
  ["/", "api"],
];

export const serviceOf = (path) => routes.find(([prefix]) => path.startsWith(prefix))[1];

// `ports` names the port of each service. Resolves to the listening server.
export async function gateway(port, ports) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const server = http.createServer((request, response) => {
    const target = http.request({
      agent,
      host: "127.0.0.1",
      port: ports[serviceOf(request.url)],
      method: request.method,
      path: request.url,
      headers: request.headers,
    });
    target.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    target.on("error", (error) => {
      if (response.headersSent) return response.destroy();
      response.writeHead(502, { "content-type": "text/plain" });
      response.end(`service cannot be reached: ${error.code}\n`);
    });
    // A caller that goes away takes its call to the service with it.
    response.on("close", () => response.writableFinished || target.destroy());
    request.pipe(target);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  server.agent = agent;
  return server;
}
