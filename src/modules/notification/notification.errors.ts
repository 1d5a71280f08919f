import { DomainError, quoted } from '../../core/errors/index.js';

/** A push type that is switched off here, or that nothing serves: 404 PushTypeNotEnabled. */
export function pushTypeNotEnabled(type: string): DomainError {
  return new DomainError(
    'notFound',
    'PushTypeNotEnabled',
    `the push type ${type} is not enabled; the option pushEnabled of section push lists those that are`,
  );
}

/** A push type that is switched on, but that no part of this server serves. */
export function pushTypeNotServed(type: string): DomainError {
  return new DomainError(
    'notFound',
    'PushTypeNotEnabled',
    `the push type ${type} is listed in pushEnabled, but no module of this server serves it yet`,
  );
}

/** No live subscription of this id: 404 SubscriptionNotFound. */
export function subscriptionNotFound(id: string): DomainError {
  return new DomainError(
    'notFound',
    'SubscriptionNotFound',
    `there is no subscription ${quoted(id)}`,
  );
}

/** A target did not take the first attempt: 503 PublishFailed. The event is stored; tries go on. */
export function publishFailed(failed: number, of: number): DomainError {
  return new DomainError(
    'unavailable',
    'PublishFailed',
    `${String(failed)} of ${String(of)} targets did not take the event; see GET /genesys/1/notification/deliveries`,
  );
}

/** A key that came with another body before: 422 IdempotencyKeyReused. */
export function idempotencyKeyReused(): DomainError {
  return new DomainError(
    'unprocessable',
    'IdempotencyKeyReused',
    'the Idempotency-Key came with another body before; send another key with another body',
  );
}
