import { EmptyAnswer, json, Operation } from '../../core/http/openapi/index.js';
import { Explanation, LocalizationState } from './push-admin.dto.js';

const ours = 'Beyond the reference documents (docs/compatibility.md, Notification)';

export const ApiExplain = (): MethodDecorator =>
  Operation({
    operationId: 'explainPushSettings',
    summary: 'Which push settings an event gets, and in which section each of them stands',
    section: ours,
    answer: json(
      {
        tag: 'A2C.service',
        provider: 'SalesApp',
        debug: false,
        chain: [
          { section: 'push', exists: true, sets: { 'apple.sound': 'default' } },
          { section: 'push.provider.event', exists: false, sets: {} },
          { section: 'push.provider.event.A2C', exists: true, sets: { 'apple.badge': 1 } },
          { section: 'push.provider.event.A2C.service', exists: false, sets: {} },
          { section: 'push.provider.SalesApp.event', exists: true, sets: { 'apple.badge': 2 } },
        ],
        attributes: {
          'apple.sound': { value: 'default', section: 'push' },
          'apple.badge': { value: 2, section: 'push.provider.SalesApp.event' },
        },
        connection: {
          'apple.key': {
            value: '********',
            section: 'push.provider.SalesApp',
            option: 'apple.key',
          },
        },
      },
      Explanation,
    ),
    errors: {
      '400 MissingParameter': 'tag is mandatory',
      '400 InvalidParameter': 'provider takes the name of a section push.provider.<name>',
    },
  });

const state = { source: 'upload', location: null, messages: 2, error: null };

export const ApiReadLocalization = (): MethodDecorator =>
  Operation({
    operationId: 'readLocalization',
    summary: 'Which localization file is in force on this node, and what is wrong with it',
    section: ours,
    answer: json(state, LocalizationState),
  });

export const ApiPutLocalization = (): MethodDecorator =>
  Operation({
    operationId: 'uploadLocalization',
    summary: 'Upload a localization file for all nodes; it wins over the one that push names',
    section: 'gms-api-reference-8.1.1, Localization File',
    body: [
      {
        mediaType: 'application/xml',
        example:
          '<messages><message id="welcome"><locale language="de"><entry key="text">Willkommen</entry></locale></message></messages>',
      },
    ],
    answer: json(state, LocalizationState),
    errors: {
      '400 InvalidLocalization': 'the localization file: it has a DOCTYPE',
      '415 UnsupportedMediaType':
        'the content type text/plain is not taken here; send application/xml or text/xml',
    },
  });

export const ApiDeleteLocalization = (): MethodDecorator =>
  Operation({
    operationId: 'deleteLocalization',
    summary: 'Remove the uploaded localization file; the one that push names is in force again',
    section: ours,
    answer: json({}, EmptyAnswer),
    errors: { '404 LocalizationNotFound': 'no localization file was uploaded' },
  });
