const callbackName = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,9}$/;

/** Whether the text may be called as a function in a page: nothing else gets into the script. */
export function isCallbackName(text: string): boolean {
  return text.length <= 128 && callbackName.test(text);
}

/** The answer as a script. The comment keeps the callback's name from being the first bytes. */
export function jsonpText(callback: string, json: string): string {
  const safe = json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `/**/${callback}(${safe});`;
}
