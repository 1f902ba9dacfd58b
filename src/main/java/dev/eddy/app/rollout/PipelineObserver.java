package dev.eddy.app.rollout;

import dev.eddy.app.OperationFailedException;
import dev.eddy.config.ClientSettings;
import dev.eddy.config.EddyConfig;
import dev.eddy.schema.InstanceStatus;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/** Looks at a pipeline, as often as one likes. */
public final class PipelineObserver implements AutoCloseable {
    private final EddyConfig config;
    private final ModelDeployer deployer;
    private final InstanceReports reports;
    private final Admin admin;

    public PipelineObserver(EddyConfig config) {
        this.config = config;
        this.deployer = new ModelDeployer(config);
        this.reports = new InstanceReports(config);
        this.admin = Admin.create(ClientSettings.admin(config));
    }

    /**
     * What is to be seen now.
     *
     * @throws OperationFailedException if the topics of deployments and reports cannot be read
     */
    public PipelineStatus look() {
        List<InstanceStatus> instances = reports.all().stream()
                .sorted(Comparator.comparing(InstanceStatus::getInstance))
                .toList();
        ConsumerLag lag = null;
        String noLag = "";
        try {
            lag = ConsumerLag.of(config, admin);
        } catch (OperationFailedException e) {
            noLag = e.getMessage();
        }
        return new PipelineStatus(
                config.pipeline(),
                config.applicationId(),
                System.currentTimeMillis(),
                deployer.histories(),
                instances,
                lag,
                noLag);
    }

    @Override
    public void close() {
        deployer.close();
        reports.close();
        admin.close();
    }
}
