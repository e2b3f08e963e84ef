// Which order of a session this browser was at. Its id alone: its secret is in a cookie that no script
// can read.

const keyOf = (sessionId: string): string => `order:${sessionId}`;

export function rememberedOrder(sessionId: string): string | null {
  try {
    return localStorage.getItem(keyOf(sessionId));
  } catch {
    // Storage may be forbidden; then the order lives as long as the page.
    return null;
  }
}

export function rememberOrder(sessionId: string, orderId: string | null): void {
  try {
    if (orderId === null) {
      localStorage.removeItem(keyOf(sessionId));
    } else {
      localStorage.setItem(keyOf(sessionId), orderId);
    }
  } catch {
    // As above.
  }
}
