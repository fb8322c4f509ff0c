/** A defect in one pane leaves the others standing; the call is not the page's and goes on. */

import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";

interface Props {
  readonly name: string;
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="pane-failed" role="alert">
        <p>The {this.props.name} could not be drawn. Your work and your call are not touched by this.</p>
        <Button size="xs" variant="default" onClick={() => this.setState({ failed: false })}>
          Draw it again
        </Button>
      </div>
    );
  }
}
