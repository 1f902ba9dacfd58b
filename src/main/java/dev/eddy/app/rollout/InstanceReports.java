package dev.eddy.app.rollout;

import dev.eddy.app.topics.TopicSnapshot;
import dev.eddy.catalogue.SchemaHistory;
import dev.eddy.config.EddyConfig;
import dev.eddy.schema.InstanceStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the running instances of a pipeline say of themselves on the status topic. */
public final class InstanceReports implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InstanceReports.class);
    /** An instance that missed so many reports counts as gone. */
    private static final int MISSED_REPORTS = 4;

    private static final BinaryMessageDecoder<InstanceStatus> REPORTS =
            SchemaHistory.teach(InstanceStatus.getDecoder(), InstanceReports.class, "instance-status-1.avsc");

    private final EddyConfig config;
    private final TopicSnapshot topic;

    public InstanceReports(EddyConfig config) {
        this.config = config;
        this.topic = new TopicSnapshot(config, config.getString(EddyConfig.STATUS_TOPIC));
    }

    /** The newest report of every instance, gone ones among them. */
    public List<InstanceStatus> all() {
        List<InstanceStatus> reports = new ArrayList<>();
        topic.refresh().forEach((key, value) -> {
            try {
                InstanceStatus report = REPORTS.decode(value);
                if (report.getPipeline().equals(config.pipeline())) {
                    reports.add(report);
                }
            } catch (IOException | AvroRuntimeException e) {
                LOG.debug("status record '{}' ignored: {}", key, e.getMessage());
            }
        });
        return reports;
    }

    /** The newest report of every instance that still reports. */
    public List<InstanceStatus> live() {
        return all().stream().filter(InstanceReports::isLive).toList();
    }

    /** Whether an instance reported lately. */
    public static boolean isLive(InstanceStatus report) {
        long age = System.currentTimeMillis() - report.getReportedAt();
        return age < MISSED_REPORTS * report.getIntervalMs();
    }

    @Override
    public void close() {
        topic.close();
    }
}
