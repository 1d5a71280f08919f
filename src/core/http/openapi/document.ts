import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { dtoClasses, otherMembersOf } from '../../dto/index.js';
import { version } from '../../config/index.js';
import { type Route, routeTable } from '../route-table.js';

const description = `
An open, self-hosted server for the Genesys Mobile Services API: storage, services, access numbers.
Operations marked *internal* take calls from the trusted network, or with an API key. Every error
has one shape: \`{"message", "exception"}\`.`;

/** From the trusted network without a key, from elsewhere with one. */
const internalSecurity: Record<string, string[]>[] = [{}, { bearer: [] }, { apiKey: [] }];

/** The OpenAPI document of everything that the application answers through Nest. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('OpenGMS')
    .setDescription(description.trim())
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'bearer')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, 'apiKey')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  describeOpenMembers(document.components?.schemas ?? {});
  for (const route of routeTable(app)) {
    if (route.operation !== undefined) addMounted(document, route);
    if (route.access === 'internal') markInternal(document, route);
  }
  return document;
}

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** What swagger has no decorator for: members beside those declared, and members that take any JSON. */
function describeOpenMembers(schemas: Schemas): void {
  for (const type of dtoClasses) {
    const schema = schemas[type.name];
    if (schema === undefined || '$ref' in schema) continue;
    const others = otherMembersOf(type);
    if (others !== undefined) schema.additionalProperties = others;
    for (const member of Object.values(schema.properties ?? {})) {
      if ('oneOf' in member && member.oneOf?.length === 1) delete member.oneOf;
    }
  }
}

function addMounted(document: OpenAPIObject, { method, path, operation }: Route): void {
  const item = document.paths[path] ?? {};
  document.paths[path] = { ...item, [method.toLowerCase()]: operation };
}

/** What a decorator for each of two hundred operations would say again. */
function markInternal(document: OpenAPIObject, { method, path }: Route): void {
  const item = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')];
  const operation = item?.[method.toLowerCase() as 'get'];
  if (operation === undefined) return;
  operation.security = internalSecurity;
  operation.description = [operation.description, '*Internal.*'].filter(Boolean).join('. ');
}
