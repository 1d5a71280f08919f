import { ApiProperty } from '@nestjs/swagger';
import { Nested, Text } from '../../../core/dto/index.js';
import {
  ItemEventBody,
  ItemId,
  ItemListQuery,
  ItemStartBody,
  type Scalar,
  Seconds,
  TypeOrText,
  WordsWithCommas,
} from '../item/item.dto.js';

/** What the start of a state may say. */
export class StateBody extends ItemStartBody {
  @TypeOrText() readonly state_type: Scalar | undefined;
  @ItemId() readonly previous_state_id: number | undefined;
}

/** The state that a transition leaves. */
export class TransitionFrom {
  @ItemId({ mandatory: true }) readonly state_id!: number;
  @TypeOrText() readonly disposition: Scalar | undefined;
  @Text({ empty: 'value', max: 64 }) readonly disposition_desc: string | undefined;
}

/** The state that a transition begins. */
export class TransitionTo {
  @TypeOrText() readonly state_type: Scalar | undefined;
  @Seconds(0) readonly est_duration: number | undefined;
}

/** The body of POST …/states/transition. */
export class TransitionBody extends ItemEventBody {
  @Nested(() => TransitionFrom, { mandatory: true, takes: 'a map with state_id' })
  readonly from!: TransitionFrom;

  @Nested(() => TransitionTo) readonly to: TransitionTo | undefined;
}

/** The query of the states of a service. */
export class StateListQuery extends ItemListQuery {
  @WordsWithCommas('identify') readonly state_types: readonly string[] = [];
}

/** Names a state that was started. */
export class StartedState {
  @ApiProperty({ type: 'integer' }) readonly state_id!: number;
}
