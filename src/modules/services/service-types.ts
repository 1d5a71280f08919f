import { Injectable } from '@nestjs/common';
import type { ServiceType } from './service-type.js';

/** The base services that modules have registered. */
@Injectable()
export class ServiceTypes {
  private readonly types = new Map<string, ServiceType>();

  /** @throws Error for a name that is taken */
  register<Options>(type: ServiceType<Options>): void {
    if (this.types.has(type.name)) throw new Error(`service type ${type.name} registered twice`);
    this.types.set(type.name, type);
  }

  find(name: string): ServiceType | undefined {
    return this.types.get(name);
  }

  get names(): string[] {
    return [...this.types.keys()].sort();
  }
}
