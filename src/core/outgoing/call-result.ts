/** Why a call brought no answer; short and stable, for metrics and operators. */
export type CallFailure =
  | 'ForbiddenTarget'
  | 'TooManyRedirects'
  | 'NameNotFound'
  | 'ConnectTimeout'
  | 'ConnectionRefused'
  | 'CertificateInvalid'
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
      /** At most 64 KiB of it. */
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

/** A target that must not be called. */
export class ForbiddenTarget extends Error {}

/** The result of a call that threw. */
export function failedCall(error: unknown): CallResult {
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  return { kind: 'failed', code: failureOf(error), reason };
}

/** The failure that an error stands for. */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof ForbiddenTarget) return 'ForbiddenTarget';
  const code = codeOf(error) ?? codeOf(error instanceof Error ? error.cause : undefined) ?? '';
  const isAbort = error instanceof Error && ['AbortError', 'TimeoutError'].includes(error.name);
  const known = codes[code];
  if (known !== undefined) return known;
  if (certificateCode.test(code)) return 'CertificateInvalid';
  return isAbort ? 'Aborted' : 'CallFailed';
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return String(error.code);
}
