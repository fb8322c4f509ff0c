"""What happened, counted: KPIs and the wallboard feed."""
