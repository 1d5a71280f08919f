import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { type Type, ValidationPipe } from '@nestjs/common';
import fc from 'fast-check';
import type { DomainError } from '../errors/index.js';
import { parseJson } from '../json/index.js';
import {
  DtoPipe,
  Flag,
  Instant,
  KnownMembersOnly,
  ListOf,
  Nested,
  nestedKind,
  oneOfKind,
  OneOf,
  Opaque,
  OpaqueMap,
  Rest,
  Text,
  textKind,
  Whole,
} from './index.js';
import { refusalOf } from './dto.pipe.js';

class Device {
  @OneOf(['comet', 'ios'], { mandatory: true }) readonly type!: string;
  @Text({ max: 5 }) readonly id: string | undefined;
}

class Order {
  @Text({ mandatory: true, max: 5, scalars: true }) readonly tag!: string;
  @Whole({ min: 1, max: 9, alsoIn: 'device' }) readonly limit: number = 4;
  @Flag({ empty: 'value' }) readonly urgent: boolean | undefined;
  @Instant() readonly from: Date | undefined;
  @Nested(() => Device, { takes: 'a map with type' }) readonly device: Device | undefined;
  @ListOf(oneOfKind(['a', 'b']), { max: 3, unique: true, takes: 'a list of at most 3' })
  readonly kinds: readonly string[] | undefined;
  @ListOf(nestedKind(() => Device), { max: 3, takes: 'at most 3 devices' })
  readonly devices: readonly Device[] | undefined;
  @OpaqueMap() readonly properties: object | undefined;
  @Opaque() readonly message: unknown;
}

class LaterOrder extends Order {
  @Text({ mandatory: true, max: 5 }) readonly reason!: string;
}

@KnownMembersOnly()
class ClosedOrder {
  @Whole({ min: 1, max: 9 }) readonly limit: number | undefined;
}

class OpenOrder {
  @Whole({ min: 1, max: 9 }) readonly limit: number | undefined;
  @Rest() readonly all!: object;
}

/** The very package that the pipe has: jest would load another one for the spec. */
const { IsString } = (globalThis as any).loadBuilt('class-validator');

class Foreign {
  @IsString() readonly name!: string;
}

const pipe = new DtoPipe();
const stock = new ValidationPipe({
  transform: true,
  validateCustomDecorators: true,
  transformOptions: { excludeExtraneousValues: true, exposeUnsetFields: false },
  exceptionFactory: refusalOf,
});

/** What the body is read as, or how it is refused. */
async function outcome(by: ValidationPipe, type: Type, body: unknown): Promise<unknown> {
  try {
    return await by.transform(body, { type: 'custom', metatype: type, data: undefined });
  } catch (error) {
    const { code, message } = error as DomainError;
    return [code, message];
  }
}

/** As it comes from a body's text. */
const written = (body: unknown) => parseJson(JSON.stringify(body));

const read = (body: unknown, type: Type = Order) => outcome(pipe, type, written(body));

describe('a body that is read by its class', () => {
  it('becomes an instance with converted values and defaults, and nothing else', async () => {
    const body = { tag: 7, urgent: 'TRUE', kinds: ['b', 'a', 'b'], other: 1 };
    const order = await read(body);
    expect(order).toBeInstanceOf(Order);
    expect(order).toEqual({ tag: '7', limit: 4, urgent: true, kinds: ['b', 'a'] });
  });

  it.each([
    [{}, ['MissingParameter', 'tag is mandatory']],
    [{ tag: '' }, ['MissingParameter', 'tag is mandatory']],
    [{ tag: null }, ['MissingParameter', 'tag is mandatory']],
    [{ tag: 'too long' }, ['InvalidParameter', 'tag takes text of at most 5 characters']],
    [{ tag: 'a', limit: 10 }, ['InvalidParameter', 'limit takes a whole number from 1 to 9']],
    [{ tag: 'a', urgent: '' }, ['InvalidParameter', 'urgent takes true or false']],
    [{ tag: 'a', device: 7 }, ['InvalidParameter', 'device takes a map with type']],
    [{ tag: 'a', device: '' }, ['InvalidParameter', 'device takes a map with type']],
    [{ tag: 'a', device: {} }, ['MissingParameter', 'device.type is mandatory']],
    [{ tag: 'a', kinds: ['c'] }, ['InvalidParameter', 'kinds[0] takes one of a, b']],
    [{ tag: 'a', kinds: ['a', null] }, ['MissingParameter', 'kinds[1] is mandatory']],
    [{ tag: 'a', kinds: 'a' }, ['InvalidParameter', 'kinds takes a list of at most 3']],
    [
      { tag: 'a', devices: [{ type: 'ios' }, { type: 'ios', id: '123456' }] },
      ['InvalidParameter', 'devices[1].id takes text of at most 5 characters'],
    ],
    [{ tag: 'a', devices: [7] }, ['InvalidParameter', 'devices[0] takes a map']],
  ])('%j is refused by name', async (body, refusal) => {
    expect(await read(body)).toEqual(refusal);
  });

  it('is refused for the first fault in the order of declaration, those of its base first', async () => {
    expect(await read({ message: 1, kinds: 7, limit: 99 })).toEqual([
      'MissingParameter',
      'tag is mandatory',
    ]);
    expect(await read({ reason: '', tag: 'a', kinds: 7 }, LaterOrder)).toEqual([
      'InvalidParameter',
      'kinds takes a list of at most 3',
    ]);
    expect(await read({ tag: 'a' }, LaterOrder)).toEqual([
      'MissingParameter',
      'reason is mandatory',
    ]);
  });

  it('may have a member in a map beside it; its own place wins', async () => {
    const device = { type: 'ios', limit: '8' };
    expect(await read({ tag: 'a', device })).toMatchObject({ limit: 8 });
    expect(await read({ tag: 'a', limit: 2, device })).toMatchObject({ limit: 2 });
    expect(await read({ tag: 'a', limit: '', device })).toMatchObject({ limit: 8 });
  });

  it('carries opaque data as it is, whatever its names', async () => {
    const text = '{"constructor":1,"__proto__":{"a":1.10},"2":"b","1":[{"prototype":null}]}';
    const body = parseJson(`{"tag":"a","message":${text},"properties":${text}}`) as any;
    const order: any = await outcome(pipe, Order, body);
    expect(order.message).toBe(body.message);
    expect(order.properties).toBe(body.properties);
    expect(Object.hasOwn(order.message, '__proto__')).toBe(true);
    expect((await read({ tag: 'a', message: '' })) as any).toMatchObject({ message: '' });
  });

  it('has no member by what JavaScript gives every object', async () => {
    class Odd {
      @Text({ mandatory: true }) readonly toString!: any;
    }
    expect(await read({}, Odd as never)).toEqual(['MissingParameter', 'toString is mandatory']);
  });

  it('has its lists counted before an item is read', async () => {
    class Counted {
      @ListOf(
        {
          ...textKind({ max: 1 }),
          read: () => {
            throw new Error('an item was read');
          },
        },
        { max: 2, takes: 'at most 2' },
      )
      readonly list: unknown;
    }
    expect(await read({ list: ['a', 'b', 'c'] }, Counted)).toEqual([
      'InvalidParameter',
      'list takes at most 2',
    ]);
  });

  it('may be refused for a member that the class does not know', async () => {
    expect(await read({ limit: 1, other: 2 }, ClosedOrder)).toEqual([
      'InvalidParameter',
      'the member "other" is not known here',
    ]);
    expect(await read({ limit: 0, other: 2 }, ClosedOrder)).toEqual([
      'InvalidParameter',
      'limit takes a whole number from 1 to 9',
    ]);
    expect(await read({ limit: 1 }, ClosedOrder)).toEqual({ limit: 1 });
  });

  it('may be had whole, for what stands beside its members', async () => {
    const body = { limit: '3', colour: 'red' };
    expect(await read(body, OpenOrder)).toEqual({ limit: 3, all: body });
  });

  it('that is absent is an empty map', async () => {
    expect(await outcome(pipe, ClosedOrder, undefined)).toEqual({});
  });
});

describe('what is no class of members', () => {
  it.each([[String], [Object], [Number], [Array]])('%p is handed on as it is', async (type) => {
    const value = { a: '1' };
    expect(await outcome(pipe, type as never, value)).toBe(value);
  });

  it("is read as Nest does it when it has class-validator's own rules", async () => {
    expect(await read({ name: 7 }, Foreign)).toEqual(['InvalidParameter', 'name must be a string']);
  });
});

describe("Nest's own ValidationPipe", () => {
  const anything = fc.oneof(
    fc.constantFrom(undefined, null, '', 'a', 'b', 'true', '7', 'ios', 'comet', 'too long', 7, 99),
    fc.constantFrom(1.5, true, false, '2030-01-31T12:00:00Z', [], {}),
  );
  const device = fc.oneof(
    anything,
    fc.record({ type: anything, id: anything, limit: anything }, { requiredKeys: [] }),
  );
  const body = fc.record(
    {
      ...{ tag: fc.oneof(fc.constant('a'), anything), limit: anything, urgent: anything },
      ...{ from: anything, device, other: anything, properties: anything, message: anything },
      kinds: fc.oneof(anything, fc.array(anything, { maxLength: 4 })),
      devices: fc.oneof(anything, fc.array(device, { maxLength: 4 })),
    },
    { requiredKeys: [] },
  );

  it('reads and refuses any body as the plan of its class does', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const byPlan = await outcome(pipe, Order, written(given));
        expect(byPlan).toEqual(await outcome(stock, Order, written(given)));
      }),
      { numRuns: 500 },
    );
  });
});
