"""KPI definitions: pure functions over journal entries."""
