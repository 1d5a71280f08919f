import pg from 'pg';
import { parseStoredJson } from '../json/index.js';

const { JSON: jsonType } = pg.types.builtins;

/**
 * How results are read: a column of type json with the digits and the order that it has (core/json),
 * all others as the driver does. (jsonb has lost them already.)
 */
export const resultTypes: pg.CustomTypesConfig = {
  getTypeParser(type, format) {
    const usual = pg.types.getTypeParser(type, format) as (value: string) => unknown;
    return type === jsonType && format !== 'binary' ? parseStoredJson : usual;
  },
};
