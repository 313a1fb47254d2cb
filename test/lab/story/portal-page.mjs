// A stand-in for an authority's portal, which has no API: a form that wants every field, a number for what is filed, and
// a decision once the internet provider has verified. Run in the lab: node portal-page.mjs ADDRESS PORT
import { createServer } from 'node:http';

const [address, port] = process.argv.slice(2);
const applications = new Map();

const read = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
};

createServer((request, response) => {
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://portal');
  void (async () => {
    if (request.method === 'POST' && pathname === '/application') {
      const form = await read(request);
      const blank = [...form].filter(([, value]) => value.trim() === '').map(([label]) => label);
      if (form.size === 0 || blank.length > 0) return answer(422, { rejected: blank });
      const reference = `VPN-2026-${1000 + applications.size}`;
      applications.set(reference, { form: Object.fromEntries(form), state: 'verification' });
      return answer(201, { reference });
    }
    const application = applications.get(searchParams.get('reference') ?? '');
    if (application === undefined) return answer(404, {});
    if (request.method === 'POST' && pathname === '/verified') application.state = 'registered';
    return answer(200, application);
  })();
}).listen(Number(port), address);
