-- The account under which Pstral reads the sample company (../../docs/oracle.md): it logs in and reads, nothing else. The
-- password is for a machine that nobody else reaches; choose your own elsewhere, and your database in ALTER SESSION.
WHENEVER SQLERROR EXIT FAILURE
SET DEFINE OFF
ALTER SESSION SET CONTAINER = FREEPDB1;

CREATE PROFILE pstral_limits LIMIT
    CPU_PER_CALL 6000 LOGICAL_READS_PER_CALL 5000000 SESSIONS_PER_USER 10 IDLE_TIME 60 FAILED_LOGIN_ATTEMPTS 10;
ALTER SYSTEM SET RESOURCE_LIMIT = TRUE;
CREATE USER pstral IDENTIFIED BY "only-for-the-demo" PROFILE pstral_limits;
GRANT CREATE SESSION TO pstral;

BEGIN
    FOR t IN (SELECT table_name FROM dba_tables WHERE owner = 'CRM') LOOP
        EXECUTE IMMEDIATE 'GRANT READ ON crm."' || t.table_name || '" TO pstral';
    END LOOP;
END;
/
EXIT
