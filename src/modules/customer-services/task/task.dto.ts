import { ApiProperty } from '@nestjs/swagger';
import { Whole } from '../../../core/dto/index.js';
import {
  ItemId,
  ItemListQuery,
  ItemStartBody,
  type Scalar,
  TypeOrText,
  WordsWithCommas,
} from '../item/item.dto.js';

/** What the start of a task may say. */
export class TaskBody extends ItemStartBody {
  @TypeOrText() readonly task_type: Scalar | undefined;
  @ItemId() readonly state_id: number | undefined;
}

/** The query of the tasks of a service. */
export class TaskListQuery extends ItemListQuery {
  @WordsWithCommas('call back') readonly task_types: readonly string[] = [];

  @Whole({ empty: 'value', min: 0, max: Number.MAX_SAFE_INTEGER, digits: /^\d{1,16}$/, example: 7 })
  readonly state_id: number | undefined;
}

/** Names a task that was started. */
export class StartedTask {
  @ApiProperty({ type: 'integer' }) readonly task_id!: number;
}
