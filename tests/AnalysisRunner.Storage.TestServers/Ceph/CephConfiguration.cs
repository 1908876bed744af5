using System.Globalization;

namespace AnalysisRunner.Storage.TestServers.Ceph;

/// <summary>The smallest cluster that serves objects: one copy, no replicas, no disk.</summary>
internal static class CephConfiguration
{
    internal static string Text(string folder, string cluster, int port, int monitorPort, long capacity, bool hasTokenService) => string.Create(CultureInfo.InvariantCulture, $"""
        [global]
        fsid = {cluster}
        mon_initial_members = a
        mon_host = [v2:127.0.0.1:{monitorPort}/0]
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        ms_bind_msgr1 = false
        auth_allow_insecure_global_id_reclaim = false
        osd_objectstore = memstore
        memstore_device_bytes = {capacity}
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        mon_allow_pool_size_one = true
        mon_max_pg_per_osd = 1000
        mon_data_avail_crit = 1
        run_dir = {folder}/run
        admin_socket = {folder}/run/$name.$pid.asok
        pid_file = {folder}/$name.pid
        log_file = {folder}/$name.log
        mon_data = {folder}/mon
        osd_data = {folder}/osd
        rgw_data = {folder}/rgw
        keyring = {folder}/keyring
        setuser_match_path = {folder}

        [client.rgw]
        rgw_frontends = beast endpoint=127.0.0.1:{port} tcp_nodelay=1
        rgw_thread_pool_size = 64
        rgw_s3_auth_use_sts = {(hasTokenService ? "true" : "false")}
        rgw_sts_key = abcdefghijklmnop
        rgw_crypt_require_ssl = false
        rgw_crypt_s3_kms_backend = testing
        rgw_crypt_s3_kms_encryption_keys = {CephGateway.EncryptionKey}=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=

        """);
}
