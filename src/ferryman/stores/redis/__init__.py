"""The store on Redis and Valkey: standalone, Sentinel or Cluster."""
