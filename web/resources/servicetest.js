import { addRow, bodyOf, call, onEnter, onPress } from './test.js';

const rows = document.getElementById('rows');
const service = document.getElementById('service');
const id = document.getElementById('id');
const key = document.getElementById('key');
const request = document.getElementById('request');
const segment = (element) => encodeURIComponent(element.value);
const instance = () => `/genesys/1/service/${segment(id)}`;

/** Parameters with which each demonstration service can be tried. */
const examples = {
  'request-interaction': () => ({
    _phone_number: '6504669999',
    _provide_code: 'true',
    language: 'french',
    current_location_latitude: '48.8583',
    current_location_longitude: '2.2944',
  }),
  iPhoneService: () => ({ _phone_number: '6504669999' }),
  'match-interaction': () => ({ _access_number: '', _access_code: '' }),
  'request-access': () => ({ _id: id.value, _resource_group: 'DNIS', _provide_code: 'true' }),
};

/** The rows as they are, to see whether somebody has changed the example. */
const written = () =>
  JSON.stringify([...rows.querySelectorAll('input')].map(({ type, value }) => [type, value]));
let shown;

/** Shows the parameters of a demonstration service, unless there are rows of somebody's own. */
function showExample() {
  if (!(service.value in examples)) return;
  if (shown !== undefined && written() !== shown) return;
  rows.replaceChildren();
  const example = examples[service.value]?.() ?? {};
  for (const [name, value] of Object.entries(example)) addRow(rows, name, value);
  if (service.value === 'request-interaction') addRow(rows, 'FileKey', '', true);
  shown = written();
}

showExample();
service.addEventListener('change', showExample);
onEnter('fields', 'create');
onEnter('calls', 'query');
onPress('add', () => addRow(rows));
onPress('addFile', () => addRow(rows, '', '', true));

onPress('create', async () => {
  const path = `/genesys/1/service/${segment(service)}`;
  const created = await call('POST', path, bodyOf(rows));
  if (created?._id) id.value = created._id;
});
onPress('perform', () => call('POST', `${instance()}/${segment(request)}`, bodyOf(rows)));
onPress('query', () => call('GET', `${instance()}/storage`));
onPress('queryKey', () => call('GET', `${instance()}/storage/${segment(key)}`));
onPress('queryBinary', () => call('GET', `${instance()}/storage/binary/${segment(key)}`));
onPress('store', () => call('POST', `${instance()}/storage`, bodyOf(rows)));
onPress('delete', () => call('DELETE', instance()));
