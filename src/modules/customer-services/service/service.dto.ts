import { ApiProperty } from '@nestjs/swagger';
import {
  CustomerName,
  ItemListQuery,
  ItemStartBody,
  Moment,
  type Scalar,
  Seconds,
  TypeOrText,
  WordsWithCommas,
} from '../item/item.dto.js';

/** What the start of a service may say. */
export class ServiceBody extends ItemStartBody {
  @CustomerName() readonly customer_id: string | undefined;
  @CustomerName() readonly contact_key: string | undefined;
  @TypeOrText() readonly service_type: Scalar | undefined;
  @Seconds() readonly ttl: number | undefined;
  @Moment() readonly expiration_time: Date | undefined;
  @Seconds() readonly auto_complete_after: number | undefined;
}

/** The body of PUT /services/{id}: one of them must be there, and ttl wins. */
export class ServiceLifeBody {
  @Seconds() readonly ttl: number | undefined;
  @Moment() readonly expiration_time: Date | undefined;
}

/** The query of a customer's history. */
export class ServiceListQuery extends ItemListQuery {
  @WordsWithCommas('support,sales') readonly service_types: readonly string[] = [];
}

/** Names a service that was started. */
export class StartedService {
  @ApiProperty({ type: 'string' }) readonly service_id!: string;
}
