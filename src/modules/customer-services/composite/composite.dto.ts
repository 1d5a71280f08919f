import { ApiProperty } from '@nestjs/swagger';
import { Flag, ListOf, Nested, nestedKind } from '../../../core/dto/index.js';
import { ServiceBody } from '../service/service.dto.js';
import { StateBody } from '../state/state.dto.js';
import { TaskBody } from '../task/task.dto.js';

/** What is to be found active, or made. */
export class CompositeElementBody {
  @Nested(() => ServiceBody, { mandatory: true }) readonly service!: ServiceBody;
  @Nested(() => StateBody, { mandatory: true }) readonly state!: StateBody;
  @Nested(() => TaskBody) readonly task: TaskBody | undefined;

  @Flag({ empty: 'value', description: 'whether only a task of that state will do' })
  readonly associate_state_task: boolean = false;
}

/** More would hold their locks for too long. */
const mostElements = 100;

/** The body of POST /services_composite/start. */
export class CompositeBody {
  @ListOf(nestedKind(() => CompositeElementBody, 'a map with service and state'), {
    mandatory: true,
    ...{ min: 1, max: mostElements, takes: `1 to ${String(mostElements)} elements` },
  })
  readonly services!: readonly CompositeElementBody[];
}

export class FoundService {
  @ApiProperty({ type: 'string' }) readonly service_id!: string;
  @ApiProperty({ type: 'boolean' }) readonly created!: boolean;
}

export class FoundState {
  @ApiProperty({ type: 'integer' }) readonly state_id!: number;
  @ApiProperty({ type: 'boolean' }) readonly created!: boolean;
}

export class FoundTask {
  @ApiProperty({ type: 'integer' }) readonly task_id!: number;
  @ApiProperty({ type: 'boolean' }) readonly created!: boolean;
}

/** What became of an element: found active, or created. */
export class CompositeAnswerElement {
  @ApiProperty({ type: () => FoundService }) readonly service!: FoundService;
  @ApiProperty({ type: () => FoundState }) readonly state!: FoundState;
  @ApiProperty({ type: () => FoundTask, required: false }) readonly task?: FoundTask;
}

export class CompositeStarted {
  @ApiProperty({ type: () => CompositeAnswerElement, isArray: true })
  readonly services!: CompositeAnswerElement[];
}
