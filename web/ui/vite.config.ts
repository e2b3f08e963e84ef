import { defineConfig } from "vite";

export default defineConfig({
  worker: { format: "es" },
  build: {
    manifest: true,
    target: "es2022",
    // Each island is loaded by the pages that need it.
    rollupOptions: {
      input: ["site/site.css", "map/map.css", "map/index.ts", "checkout/index.ts", "countdown/index.ts", "payment/index.ts", "scanner/index.ts", "discovery/discovery.css", "discovery/index.ts"],
    },
    // Inline code is refused by the pages' policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
