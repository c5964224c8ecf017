/** Keeps the rest of the page when a part of it breaks, and says so instead of showing nothing. */

import { Component, type ComponentChildren } from "preact";

import { Button } from "./button.tsx";
import { Icon } from "./icons.tsx";
import { Page } from "./page.tsx";

export class Boundary extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null as Error | null };

  static override getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error) {
    console.error(error);
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <Page title="This page broke">
        <div class="notice bad" role="alert">
          <Icon name="warning" />
          <p>A fault of the dashboard: {this.state.error.message}. The jobs are not touched by it.</p>
          <Button icon="retry" onClick={() => location.reload()}>Reload</Button>
        </div>
      </Page>
    );
  }
}
