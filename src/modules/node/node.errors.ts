import { DomainError, quoted } from '../../core/errors/index.js';

/** No node of this id has been seen lately: 404 NodeNotFound. */
export function nodeNotFound(id: string): DomainError {
  return new DomainError('notFound', 'NodeNotFound', `there is no node ${quoted(id)}`);
}
