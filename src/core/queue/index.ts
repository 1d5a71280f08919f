export { type BreakerOptions, CircuitBreaker } from './domain/circuit-breaker.js';
