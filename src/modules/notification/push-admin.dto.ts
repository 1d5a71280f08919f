import { ApiProperty } from '@nestjs/swagger';

const text = { type: 'string' as const };
const textOrNull = { ...text, nullable: true };

/** A section of the chain. */
export class ExplainedSection {
  @ApiProperty(text) readonly section!: string;

  @ApiProperty({ type: 'boolean', description: 'whether somebody wrote it' })
  readonly exists!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'the message attributes that it sets',
  })
  readonly sets!: Readonly<Record<string, unknown>>;
}

/** Which push settings an event gets, and where each of them stands. */
export class Explanation {
  @ApiProperty(text) readonly tag!: string;
  @ApiProperty(textOrNull) readonly provider!: string | null;
  @ApiProperty({ type: 'boolean' }) readonly debug!: boolean;

  @ApiProperty({
    type: () => ExplainedSection,
    isArray: true,
    description: 'general to specific: what stands later wins, option by option',
  })
  readonly chain!: readonly ExplainedSection[];

  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['value', 'section'],
      properties: { value: {}, section: text },
    },
    description: 'the attributes of a message, and the section that each comes from',
  })
  readonly attributes!: Readonly<Record<string, { value: unknown; section: string }>>;

  @ApiProperty({
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['value', 'section', 'option'],
      properties: { value: text, section: text, option: text },
    },
    description: "the connection's options that somebody wrote, secrets masked",
  })
  readonly connection!: Readonly<
    Record<string, { value: string; section: string; option: string }>
  >;
}

/** Which localization file is in force on a node, and what is wrong with it. */
export class LocalizationState {
  @ApiProperty({ ...text, enum: ['none', 'upload', 'file'] })
  readonly source!: 'none' | 'upload' | 'file';

  @ApiProperty(textOrNull) readonly location!: string | null;
  @ApiProperty({ type: 'integer' }) readonly messages!: number;

  @ApiProperty({
    ...textOrNull,
    description:
      'what is wrong with what is there now; what was there before is still in force then',
  })
  readonly error!: string | null;
}
