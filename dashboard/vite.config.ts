import { defineConfig } from "vite";

/** Where `npm run dev` finds the API. */
const api = process.env.FERRYMAN_API ?? "http://127.0.0.1:8000";

const isShared = (id: string) =>
  /node_modules.@?preact|dashboard.src.(?:ui|api|live|[\w-]+\.tsx?$)/.test(id) && !/drawing|main\.tsx|app\.tsx/.test(id);

export default defineConfig({
  logLevel: process.env.FERRYMAN_STATIC ? "warn" : "info",
  base: "./", // the page works under any prefix
  build: {
    outDir: process.env.FERRYMAN_STATIC ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy of the page allows no data: in a style
    modulePreload: { polyfill: false }, // it would be an inline script
    reportCompressedSize: false,
    rolldownOptions: {
      // One file for what pages share, instead of one for each thing that two of them have in common.
      output: { codeSplitting: { groups: [{ name: "parts", test: (id: string) => isShared(id) }] } },
    },
  },
  server: {
    proxy: Object.fromEntries(["/v1", "/docs", "/openapi.json", "/readyz"].map((path) => [path, api])),
  },
});
