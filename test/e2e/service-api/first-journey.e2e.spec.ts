import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { picture } from '../../support/picture.js';
import { useTestServer } from '../../support/use-servers.js';

// A mobile app's first journey, with the documents' own requests on the demonstration
// docs/compatibility.md, Service API: the example of its document; match-interaction
const server = useTestServer({ env: { GMS_SWEEP_INTERVAL_MS: '100' } });

/** The multipart example of the Service API of 8.5, byte for byte as a browser sends it. */
function documentedRequest(): { head: string; body: Buffer } {
  const boundary = '----WebKitFormBoundaryy16qocbN6tmPORZL';
  const fields = [
    ['_phone_number', '6504669999'],
    ['_provide_code', 'true'],
    ['language', 'french'],
    ['current_location_latitude', '48.8583'],
    ['current_location_longitude', '2.2944'],
  ];
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const body = Buffer.concat([
    Buffer.from(parts.join('')),
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="FileKey"; filename="MyPic.png"\r\n` +
        'Content-Type: image/png\r\n\r\n',
    ),
    picture,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const { host, origin } = new URL(server.url);
  const head = [
    'POST /genesys/1/service/request-interaction HTTP/1.1',
    'Accept:*/*',
    'Accept-Charset:ISO-8859-1,utf-8;q=0.7,*;q=0.3',
    'Accept-Encoding:gzip,deflate,sdch',
    'Accept-Language:en-US,en;q=0.8',
    'Connection:close',
    `Content-Length:${body.length}`,
    `Content-Type:multipart/form-data; boundary=${boundary}`,
    `Host:${host}`,
    `Origin:${origin}`,
    `Referer:${origin}/GMS-web/resources/servicetest.html`,
    'User-Agent:Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/535.7 (KHTML, like Gecko)',
  ].join('\r\n');
  return { head: `${head}\r\n\r\n`, body };
}

describe('a first journey', () => {
  it('goes from the app’s request over the call to the data, and all of it is gone in time', async () => {
    const { head, body } = documentedRequest();
    const raw = await server.rawRequest(Buffer.concat([Buffer.from(head), body]));
    expect(raw.status).toBe(200);
    const created = JSON.parse(raw.text.slice(raw.text.indexOf('\r\n\r\n') + 4));
    expect(created).toEqual({
      _id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      _access_number: expect.stringMatching(/^800344999\d$/),
      _access_code: expect.stringMatching(/^\d{6}$/),
      _expiration_time: '30',
    });

    const matched = await server.request('POST', '/genesys/1/service/match-interaction', {
      form: {
        _access_number: created._access_number,
        _access_code: created._access_code,
        _phone_number: '6504669999',
      },
    });
    expect([matched.status, matched.json]).toEqual([
      200,
      { _id: created._id, _data_id: created._id },
    ]);
    const free = await Promise.all(
      Array.from({ length: 10 }, () =>
        server.request('POST', '/genesys/1/service/request-interaction', {
          form: { _phone_number: '1' },
        }),
      ),
    );
    expect(free.map(({ json }) => json._access_number).sort()).toEqual(
      Array.from({ length: 10 }, (_, last) => `800344999${last}`),
    );

    const data = {
      language: 'french',
      current_location_latitude: '48.8583',
      current_location_longitude: '2.2944',
    };
    for (const kind of ['service', 'storage']) {
      const [all, binary] =
        kind === 'service'
          ? [`service/${created._id}/storage`, `service/${created._id}/storage/binary/FileKey`]
          : [`storage/${matched.json._data_id}`, `storage/binary/${created._id}/FileKey`];
      const link = `${server.url}/genesys/1/${binary}`;
      const answer = await server.request('GET', `/genesys/1/${all}`);
      expect(answer.json).toEqual({ ...data, FileKey: link });
      const file = await server.request('GET', new URL(link).pathname);
      expect([file.headers['content-type'], file.bytes.equals(picture)]).toEqual([
        'image/png',
        true,
      ]);
    }

    await server.request('PUT', `/genesys/1/service/${created._id}`, { json: { ttl: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 1050));
    for (const path of [`service/${created._id}/storage`, `storage/${created._id}`]) {
      expect((await server.request('GET', `/genesys/1/${path}`)).status).toBe(404);
    }
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await rowsOf(created._id as string)).toBe(0);
  });
});

/** How many rows of any table still speak of the service. */
async function rowsOf(id: string): Promise<number> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT (SELECT count(*) FROM service_instance WHERE id = $1)
            + (SELECT count(*) FROM storage_area WHERE id = $1)
            + (SELECT count(*) FROM storage_entry WHERE area_id = $1)
            + (SELECT count(*) FROM access_grant WHERE owner_id = $1) AS count`,
      [id],
    );
    return Number(rows[0].count);
  } finally {
    await client.end();
  }
}
