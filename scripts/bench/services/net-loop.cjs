'use strict';
// The Runtime API's two calls by node:net and nothing else: no parsed event, no function, no headers of the answer. What the
// kernel, libuv and node:net take of an invocation is this.
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n';
const BODY = '{"name":"Ada","requestId":"x","inTime":true}';
const BLANK = '\r\n\r\n';

let [text, waiting] = ['', 'next'];
const socket = require('node:net').connect({ host, port, noDelay: true });
socket.setEncoding('latin1').on('data', (piece) => {
  text += piece;
  const head = text.indexOf(BLANK);
  if (head < 0) return;
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  if (text.length < head + BLANK.length + length) return;
  const id = /aws-request-id: (\S+)/i.exec(text)?.[1];
  text = '';
  answer(id);
});
socket.write(NEXT);

function answer(id) {
  if (waiting === 'accepted') {
    waiting = 'next';
    return socket.write(NEXT);
  }
  waiting = 'accepted';
  socket.write(
    `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\nHost: x\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  );
}
