// Bun's own WebSocket server with one topic: what is posted to /pub goes to all who listen at /sub.
const server = Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  async fetch(request, server) {
    const { pathname } = new URL(request.url);
    if (pathname === "/pub") {
      server.publish("seats", await request.arrayBuffer());
      return new Response("sent");
    }
    return server.upgrade(request) ? undefined : new Response("no", { status: 400 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      socket.subscribe("seats");
    },
    message() {},
  },
});
console.log(server.port);
