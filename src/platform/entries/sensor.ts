import './ignore-signals.ts';

// what a static import names is loaded before the first statement
await import('../sensor/sensor.ts');
