import { ApiProperty } from '@nestjs/swagger';
import {
  Flag,
  Instant,
  type Kind,
  Of,
  OtherMembers,
  Rest,
  Text,
  textKind,
  Whole,
  type WrittenMap,
} from '../../../core/dto/index.js';
import { requireStorable } from '../../../core/http/body/index.js';
import { numberTextOf, JsonNumber } from '../../../core/json/index.js';

/** A type, medium or disposition: returned as it was given, compared by its text. */
export type Scalar = number | JsonNumber | string;

const most32 = 2_147_483_647;
const longestScalar = 255;
/** Of Context Services an empty text is a value like any other. */
const value = { empty: 'value' } as const;
const words = textKind({ max: longestScalar });
const name = textKind({ min: 1, max: 255 });

const scalarKind: Kind<Scalar> = {
  takes: `a number or text of at most ${String(longestScalar)} characters`,
  schema: { oneOf: [{ type: 'number' }, { type: 'string', maxLength: longestScalar }] },
  read(written, report, member) {
    if (typeof written === 'number') return written;
    if (!(written instanceof JsonNumber)) return words.read(written, report, member);
    return written.text.length <= longestScalar ? written : undefined;
  },
};

/** `*_type`, `media_type`, `disposition`. */
export const TypeOrText = (): PropertyDecorator => Of(scalarKind, value);

/** `customer_id`, `contact_key`; a number becomes its text. */
export const CustomerName = (): PropertyDecorator =>
  Of(
    {
      ...name,
      read: (written, report, member) =>
        name.read(numberTextOf(written) ?? written, report, member),
    },
    value,
  );

const Integer = (): PropertyDecorator =>
  Whole({ ...value, min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });

/** The id of a state or task. */
export const ItemId = (presence: { mandatory?: boolean } = {}): PropertyDecorator =>
  Whole({ ...value, ...presence, min: 0, max: Number.MAX_SAFE_INTEGER });

export const Seconds = (min = 1): PropertyDecorator => Whole({ ...value, min, max: most32 });

export const Moment = (): PropertyDecorator => Instant(value);

/** What every event may say; other members are extensions. */
@OtherMembers(true)
export class ItemEventBody {
  @Text({ ...value, max: 32 }) readonly session_id: string | undefined;
  @Text({ ...value, max: 50 }) readonly interaction_id: string | undefined;
  @TypeOrText() readonly application_type: Scalar | undefined;
  @Integer() readonly application_id: number | undefined;
  @TypeOrText() readonly resource_type: Scalar | undefined;
  @Integer() readonly resource_id: number | undefined;
  @TypeOrText() readonly media_type: Scalar | undefined;
  @Moment() readonly timestamp: Date | undefined;

  /** The body as it was written: extensions stand beside the members above. */
  @Rest() readonly written!: WrittenMap;
}

/** What the start of any item may say, but its type. */
export class ItemStartBody extends ItemEventBody {
  @Seconds(0) readonly est_duration: number | undefined;
}

/** What the end of any item may say. */
export class ItemEndBody extends ItemEventBody {
  @TypeOrText() readonly disposition: Scalar | undefined;
  @Text({ ...value, max: 64 }) readonly disposition_desc: string | undefined;
}

/** With commas, or the parameter more than once; empty entries do not count. */
const listKind: Kind<readonly string[]> = {
  takes: 'words with commas between them',
  schema: { type: 'string' },
  read(written, _report, member) {
    const texts = Array.isArray(written) ? (written as unknown[]) : [written];
    const entries = texts.flatMap((text) => String(text).split(','));
    for (const entry of entries) requireStorable(member, entry);
    return entries.filter((entry) => entry !== '');
  },
};

export const WordsWithCommas = (example: string): PropertyDecorator =>
  Of(listKind, { ...value, example });

/** What of the parts of an item is returned. */
export class ShownQuery {
  @WordsWithCommas('Feedback,Task.*') readonly extensions: readonly string[] = [];
  @Flag({ ...value, example: true }) readonly active_states: boolean = false;
  @Flag({ ...value, example: true }) readonly completed_states: boolean = false;
  @Flag({ ...value, example: true }) readonly active_tasks: boolean = false;
  @Flag({ ...value, example: true }) readonly completed_tasks: boolean = false;
}

const mostListed = 1000;
const digits = /^\d{1,16}$/;

const InstantOf = (example: string): PropertyDecorator =>
  Instant({ ...value, blankIsPlus: true, example });

/** Which items of a list are asked for. */
export class ItemListQuery extends ShownQuery {
  @InstantOf('2026-11-01T00:00:00Z') readonly started_from: Date | undefined;
  @InstantOf('2026-12-01T00:00:00Z') readonly started_to: Date | undefined;
  @InstantOf('2026-11-01T00:00:00Z') readonly completed_from: Date | undefined;
  @InstantOf('2026-12-01T00:00:00Z') readonly completed_to: Date | undefined;

  @Whole({ ...value, min: 1, max: mostListed, digits, example: 100 })
  readonly size: number = mostListed;

  @Whole({ ...value, min: 0, max: Number.MAX_SAFE_INTEGER, digits, example: 0 })
  readonly index: number = 0;
}

const instant = { type: 'string', format: 'date-time' } as const;
const scalar = { oneOf: [{ type: 'number' }, { type: 'string' }] };

/** A start or an end: when, and what was said of it. */
@OtherMembers(true)
export class ItemMoment {
  @ApiProperty(instant) readonly timestamp!: string;
}

/** What services, states and tasks have in common; extensions that were asked for stand beside it. */
@OtherMembers(true)
export class ItemView {
  @ApiProperty({ type: () => ItemMoment }) readonly started!: ItemMoment;
  @ApiProperty({ type: () => ItemMoment, required: false }) readonly completed?: ItemMoment;

  @ApiProperty({ type: 'integer', required: false, description: 'milliseconds' })
  readonly duration?: number;

  @ApiProperty({ type: 'integer', required: false, description: 'seconds' })
  readonly est_duration?: number;

  @ApiProperty({ ...scalar, required: false }) readonly disposition?: Scalar;
  @ApiProperty({ type: 'string', required: false }) readonly disposition_desc?: string;
}

export class TaskView extends ItemView {
  @ApiProperty({ type: 'integer' }) readonly task_id!: number;
  @ApiProperty({ ...scalar, required: false }) readonly task_type?: Scalar;
  @ApiProperty({ type: 'integer', required: false }) readonly state_id?: number;

  @ApiProperty({ type: 'string', required: false, description: 'of a task that was asked for' })
  readonly service_id?: string;
}

export class StateView extends ItemView {
  @ApiProperty({ type: 'integer' }) readonly state_id!: number;
  @ApiProperty({ ...scalar, required: false }) readonly state_type?: Scalar;
  @ApiProperty({ type: 'integer', required: false }) readonly previous_state_id?: number;

  @ApiProperty({ type: 'string', required: false, description: 'of a state that was asked for' })
  readonly service_id?: string;

  @ApiProperty({ type: () => TaskView, isArray: true, required: false })
  readonly active_tasks?: TaskView[];

  @ApiProperty({ type: () => TaskView, isArray: true, required: false })
  readonly completed_tasks?: TaskView[];
}

export class ServiceView extends ItemView {
  @ApiProperty({ type: 'string' }) readonly service_id!: string;
  @ApiProperty({ ...scalar, required: false }) readonly service_type?: Scalar;
  @ApiProperty({ type: 'string', required: false }) readonly customer_id?: string;
  @ApiProperty({ type: 'string', required: false }) readonly contact_key?: string;

  @ApiProperty({ type: () => StateView, isArray: true, required: false })
  readonly active_states?: StateView[];

  @ApiProperty({ type: () => StateView, isArray: true, required: false })
  readonly completed_states?: StateView[];

  @ApiProperty({ type: () => TaskView, isArray: true, required: false })
  readonly active_tasks?: TaskView[];

  @ApiProperty({ type: () => TaskView, isArray: true, required: false })
  readonly completed_tasks?: TaskView[];
}
