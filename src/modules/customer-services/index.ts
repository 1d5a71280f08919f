export { CustomerServicesModule } from './customer-services.module.js';
