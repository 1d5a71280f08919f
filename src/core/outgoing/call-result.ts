/** Why a call brought no answer; short and stable, for metrics and operators. */
export type CallFailure =
  | 'ForbiddenTarget'
  | 'TooManyRedirects'
  | 'NameNotFound'
  | 'ConnectTimeout'
  | 'ConnectionRefused'
  | 'CertificateInvalid'
  | 'TlsFailed'
  | 'AnswerTimeout'
  | 'ConnectionLost'
  | 'Aborted'
  | 'CallFailed';

/** How a call to another system ended. */
export type CallResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** By lower-case name; of several of one name the first. */
      readonly headers: Readonly<Record<string, string>>;
      /** At most 64 KiB of it, and as much as came; empty when it was not wanted. */
      readonly body: string;
    }
  | { readonly kind: 'failed'; readonly code: CallFailure; readonly reason: string };

const codes: Readonly<Record<string, CallFailure>> = {
  ENOTFOUND: 'NameNotFound',
  EAI_AGAIN: 'NameNotFound',
  ECONNREFUSED: 'ConnectionRefused',
  ECONNRESET: 'ConnectionLost',
  EPIPE: 'ConnectionLost',
  UND_ERR_SOCKET: 'ConnectionLost',
  UND_ERR_CONNECT_TIMEOUT: 'ConnectTimeout',
  UND_ERR_HEADERS_TIMEOUT: 'AnswerTimeout',
  UND_ERR_BODY_TIMEOUT: 'AnswerTimeout',
  ABORT_ERR: 'Aborted',
  UND_ERR_ABORTED: 'Aborted',
};

/** Certificates fail under dozens of codes of OpenSSL and of Node. */
const certificateCode = /CERT|^ERR_TLS|^UNABLE_TO|SELF_SIGNED|^HOSTNAME_MISMATCH/;

/**
 * OpenSSL's other complaints: the two sides have no version, cipher or language in common. Where something
 * else failed in OpenSSL before, Node may take the code from there.
 */
const tlsCode = /^ERR_SSL|^ERR_OSSL|^EPROTO$/;

/** Longer words help nobody, characters. */
const maxReasonLength = 300;

/** A file of whoever built the client, with its line. */
const sourceFile = /(?:\.{0,2}\/)?(?:[\w.@+-]+\/)+[\w.@+-]+\.(?:cc?|h|[cm]?[jt]s)\b(?::\d+)*:?/g;

/** A target that must not be called. */
export class ForbiddenTarget extends Error {}

/** The result of a call that threw. */
export function failureResultOf(error: unknown): CallResult {
  return { kind: 'failed', code: failureCodeOf(error), reason: failureReasonOf(error) };
}

/** The words of an error, for operators: of OpenSSL's what it complains of, not where in its source. */
export function failureReasonOf(error: unknown): string {
  const complaint = [error, memberOf(error, 'cause')]
    .filter((one) => tlsCode.test(textOf(memberOf(one, 'code'))))
    .map(
      (one) => textOf(memberOf(one, 'reason')) || tlsComplaintIn(textOf(memberOf(one, 'message'))),
    )
    .find((reason) => reason !== '');
  if (complaint !== undefined) return `TLS: ${complaint}`;
  const message = error instanceof Error ? error.message : String(error);
  const [line = ''] = message
    .replaceAll(sourceFile, '')
    .trim()
    .split(/\s*[\r\n]/, 1);
  return line.slice(0, maxReasonLength);
}

/** The failure that an error stands for; what caused it may say more than it does. */
export function failureCodeOf(error: unknown): CallFailure {
  const chain = [error, memberOf(error, 'cause')];
  if (chain.some((one) => one instanceof ForbiddenTarget)) return 'ForbiddenTarget';
  const named = chain.map((one) => textOf(memberOf(one, 'code')));
  const known = named.map((code) => codes[code]).find((failure) => failure !== undefined);
  if (known !== undefined) return known;
  if (named.some((code) => certificateCode.test(code))) return 'CertificateInvalid';
  if (named.some((code) => tlsCode.test(code))) return 'TlsFailed';
  const name = memberOf(error, 'name');
  return name === 'AbortError' || name === 'TimeoutError' ? 'Aborted' : 'CallFailed';
}

/** Of `error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…` what comes last. */
function tlsComplaintIn(message: string): string {
  return /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What is thrown need not be of our own realm's `Error`. */
function memberOf(error: unknown, part: 'cause' | 'code' | 'message' | 'name' | 'reason'): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  return (error as Readonly<Record<string, unknown>>)[part];
}
