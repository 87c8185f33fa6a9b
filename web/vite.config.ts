import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` serves the client from here and sends everything else to a running server.
const server = process.env['INCIDENT_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [svelte()],
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/t/': { target: server },
    },
  },
  build: {
    target: 'es2022',
    // The server's policy is default-src 'self': nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
