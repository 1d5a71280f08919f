import type { PipeTransform } from '@nestjs/common';
import { invalidParameter } from '../../core/errors/index.js';

/** Reads the query parameter `node`; given empty it counts as absent. */
export class NodeIdPipe implements PipeTransform<unknown, string | undefined> {
  transform(value: unknown): string | undefined {
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string' || value.includes('\0')) {
      throw invalidParameter('node', 'the id of one node');
    }
    return value;
  }
}
