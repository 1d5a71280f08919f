import { addRow, bodyOf, call, onEnter, onPress } from './test.js';

const rows = document.getElementById('rows');
const id = document.getElementById('id');
const ttl = document.getElementById('ttl');
const key = document.getElementById('key');
const segment = (element) => encodeURIComponent(element.value);
const area = () => `/genesys/1/storage/${segment(id)}`;

for (const number of [1, 2, 3]) addRow(rows, `Key${number}`, `Value${number}`);
addRow(rows, 'FileKey', '', true);
onEnter('fields', 'create');
onEnter('calls', 'query');
onPress('add', () => addRow(rows));
onPress('addFile', () => addRow(rows, '', '', true));

onPress('create', async () => {
  const created = await call('POST', `/genesys/1/storage/${segment(ttl)}`, bodyOf(rows));
  if (created?.id) id.value = created.id;
});
onPress('update', () => call('POST', `${area()}/${segment(ttl)}`, bodyOf(rows)));
onPress('query', () => call('GET', area()));
onPress('queryKey', () => call('GET', `${area()}/${segment(key)}`));
onPress('queryBinary', () =>
  call('GET', `/genesys/1/storage/binary/${segment(id)}/${segment(key)}`),
);
onPress('delete', () => call('DELETE', area()));
