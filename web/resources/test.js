// What the test pages share: rows of fields, one call, and its answer as it came.
const answer = document.getElementById('answer');
const picture = document.getElementById('picture');

/** Adds a row of name and value; a file row takes a file instead of text. */
export function addRow(rows, name = '', value = '', isFile = false) {
  const row = document.createElement('div');
  row.className = 'row';
  const nameInput = input('text', name, 'Name of a field');
  const valueInput = input(
    isFile ? 'file' : 'text',
    isFile ? '' : value,
    isFile ? 'File' : 'Value of the field',
  );
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.textContent = 'Remove';
  remove.addEventListener('click', () => row.remove());
  row.append(nameInput, valueInput, remove);
  rows.append(row);
}

function input(type, value, label) {
  const element = document.createElement('input');
  element.type = type;
  if (type !== 'file') element.value = value;
  element.setAttribute('aria-label', label);
  return element;
}

/** The rows as a body: multipart when there is a file, else URL-encoded. */
export function bodyOf(rows) {
  const fields = [...rows.querySelectorAll('.row')].map((row) => {
    const [name, value] = row.querySelectorAll('input');
    return [name.value, value.type === 'file' ? value.files[0] : value.value];
  });
  const sent = fields.filter(([name, value]) => name !== '' && value !== undefined);
  const multipart = sent.some(([, value]) => value instanceof File);
  const body = multipart ? new FormData() : new URLSearchParams();
  for (const [name, value] of sent) body.append(name, value);
  return body;
}

/** The end user and the API key, of those that are filled in. */
function sentHeaders() {
  const fields = { gms_user: 'user', 'X-Api-Key': 'apiKey' };
  const values = Object.entries(fields).map(([name, id]) => [
    name,
    document.getElementById(id)?.value,
  ]);
  return Object.fromEntries(values.filter(([, value]) => value));
}

/** Makes a call and shows its answer, a picture as a picture. */
export async function call(method, path, body) {
  const headers = sentHeaders();
  answer.textContent = `${method} ${path}\n…`;
  picture.hidden = true;
  try {
    const response = await fetch(path, { method, headers, body });
    const type = response.headers.get('content-type') ?? '';
    answer.classList.toggle('failed', !response.ok);
    const head = `${method} ${path}\nHTTP ${response.status} ${type}\n\n`;
    if (type.startsWith('image/')) {
      answer.textContent = head;
      picture.src = URL.createObjectURL(await response.blob());
      picture.hidden = false;
      return undefined;
    }
    const text = await response.text();
    answer.textContent = head + text;
    return type.startsWith('application/json') ? JSON.parse(text) : text;
  } catch (error) {
    answer.classList.add('failed');
    answer.textContent = `${method} ${path}\n${error}`;
    return undefined;
  }
}

/** Has a button do something when pressed. */
export function onPress(id, work) {
  document.getElementById(id).addEventListener('click', work);
}

/** Has Enter in a field of the fieldset press its button, as in any form. */
export function onEnter(fieldset, buttonId) {
  document.getElementById(fieldset).addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    document.getElementById(buttonId).click();
  });
}
