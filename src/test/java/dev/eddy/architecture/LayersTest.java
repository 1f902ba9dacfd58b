package dev.eddy.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;

/** Arrows between packages point downward only. */
class LayersTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.eddy");

    @Test
    void shouldUseLowerLayersOnly() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .ensureAllClassesAreContainedInArchitecture()
                .layer("cli")
                .definedBy("dev.eddy.cli..")
                .layer("app")
                .definedBy("dev.eddy.app..")
                .layer("stream")
                .definedBy("dev.eddy.stream..")
                .optionalLayer("http")
                .definedBy("dev.eddy.http..")
                .layer("catalogue")
                .definedBy("dev.eddy.catalogue..")
                .layer("state")
                .definedBy("dev.eddy.state..")
                .layer("wire")
                .definedBy("dev.eddy.wire..")
                .layer("network")
                .definedBy("dev.eddy.network..")
                .layer("artifact")
                .definedBy("dev.eddy.artifact..")
                .layer("model")
                .definedBy("dev.eddy.model..")
                .layer("kernel")
                .definedBy("dev.eddy.kernel..")
                .optionalLayer("telemetry")
                .definedBy("dev.eddy.telemetry..")
                .layer("config")
                .definedBy("dev.eddy.config..")
                .layer("schema")
                .definedBy("dev.eddy.schema..")
                .whereLayer("cli")
                .mayOnlyAccessLayers(
                        "app", "artifact", "model", "network", "config", "catalogue", "stream", "wire", "schema")
                .whereLayer("app")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("stream")
                .mayOnlyAccessLayers("catalogue", "state", "wire", "network", "model", "telemetry", "config")
                .whereLayer("http")
                .mayOnlyAccessLayers("catalogue", "telemetry")
                .whereLayer("catalogue")
                .mayOnlyAccessLayers("artifact", "model", "network", "telemetry", "schema")
                .whereLayer("state")
                .mayOnlyAccessLayers("model", "network")
                .whereLayer("wire")
                .mayOnlyAccessLayers("model", "config", "schema")
                .whereLayer("network")
                .mayOnlyAccessLayers("model", "kernel")
                .whereLayer("artifact")
                .mayOnlyAccessLayers("model")
                .whereLayer("model")
                .mayNotAccessAnyLayer()
                .whereLayer("kernel")
                .mayNotAccessAnyLayer()
                .whereLayer("telemetry")
                .mayOnlyAccessLayers("model")
                .whereLayer("config")
                .mayNotAccessAnyLayer()
                .check(CLASSES);
    }

    @Test
    void shouldUseOnnxRuntimeInOnePackageThatIsLoadedByName() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage("dev.eddy.network.onnxruntime..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "dev.eddy.network.onnxruntime..")
                .check(CLASSES);
    }

    @Test
    void shouldUseTheVectorApiInOnePackageThatIsLoadedByName() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage("dev.eddy.kernel.simd..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jdk.incubator..", "dev.eddy.kernel.simd..")
                .check(CLASSES);
    }

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        SlicesRuleDefinition.slices()
                .matching("dev.eddy.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }
}
